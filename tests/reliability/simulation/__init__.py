"""Random stories, made up by hypothesis of what people, workers, Runflow and bad luck can do."""
