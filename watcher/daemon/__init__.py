"""The long-running service and the single run: scheduler, signals, reload, shutdown."""
