"""A sample registry on loopback to rehearse with. Imports nothing from the other rooms but the type of JSON."""
