"""What telling people costs, each figure beside the limit a bare statement sets in the same run."""
