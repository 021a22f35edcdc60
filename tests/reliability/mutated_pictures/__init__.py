"""Damaged picture files: each is refused, or published as it decodes."""
