"""Optional apps, each for one shop system or library; none is needed by another or by the rest."""
