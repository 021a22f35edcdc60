"""Apps of Oscar that the shop has made its own, as `oscar_fork_app` makes them."""
