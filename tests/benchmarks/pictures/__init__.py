"""A site with forty results to look at, whose small pictures are ours, or ready-made files."""
