"""Pages and doors outside the admin's own: Runflow's callback, the watched batch, previews."""
