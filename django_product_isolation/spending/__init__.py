"""Money: budgets, the balance at Runflow, and what was spent."""
