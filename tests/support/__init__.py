"""Servers and records that tests, benchmarks and proofs use: a mail relay, a webhook, records at scale."""
