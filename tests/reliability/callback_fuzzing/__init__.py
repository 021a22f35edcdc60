"""The callback's door under fire: forged and mutated requests, replays, threads, strange hosts."""
