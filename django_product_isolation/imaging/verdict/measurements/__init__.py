"""What can be seen in the pictures, as numbers. Each module needs what it imports."""
