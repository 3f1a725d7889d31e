"""Sites and countries: fields, which is which, what happened to them, words, and the clause of a headline."""
