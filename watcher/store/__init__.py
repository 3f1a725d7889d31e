"""Stores versions, each recipient's cursor and the outbox. Only this package uses SQL.

Does not compare, compose or send. Use it as

- `store.store.Store`: one open database; its parts `trials`, `versions`, `polls`, `ledger`, `outbox`, `faults`,
  `notes`, `milestones`, `snoozes` hold the operations; each call is one short transaction;
- `store.admin`: where the database is and in which state; create, migrate, check, back up, rename a recipient;
- `store.lock.RunLock`: one run at a time on a state folder;
- `store.trial_model` and `store.delivery_model`: the values of the calls.
"""
