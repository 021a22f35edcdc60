"""Random stories, made up by hypothesis of what people, workers, Runflow and bad luck can do.

A story has one database: where images and runs are in different ones nothing can be begun (check
E012), so there is nothing to tell.
"""
