"""Oscar's catalogue with an image model of the shop's own."""
