"""From a source picture to the product alone on white."""
