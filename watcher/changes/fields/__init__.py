"""The catalogue: what each field of a record is called, how its items are told apart, how loud it is."""
