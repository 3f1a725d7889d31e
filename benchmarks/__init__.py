"""What a poll costs, against the floor and against the obvious alternative; run by `make bench`."""
