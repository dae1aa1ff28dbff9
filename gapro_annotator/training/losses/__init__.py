"""What the networks' heads share of losses: masks, the paper's KL (Eq. 3) and matching. Float32 throughout."""
