"""Remembers versions, what each reader was told, and the messages on their way. The only room that knows SQL.

Does not compare, compose or send. Imports nothing here. Use it as

- `store.store.Store`: one open database; its parts `trials`, `versions`, `polls`, `ledger`, `outbox`, `faults`,
  `notes`, `milestones`, `snoozes` hold the operations, each call one short transaction;
- `store.admin`: where the database lies, what state it is in, making and migrating it, check, backup, rename;
- `store.lock.RunLock`: one run at a time on a state folder;
- `store.trial_model` and `store.delivery_model`: the values taken and given.
"""
