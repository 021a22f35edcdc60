"""A whole back catalogue through the app with one command, beside a Runflow that takes minutes for
an image, isolates so many at once, and refuses more than so many requests a minute.

The app, its database and its command are the real ones; time, files and Runflow are simulated.
"""
