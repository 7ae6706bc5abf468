"""LoRA on the embedded Gemma, on a processor: plain torch, which is imported where it is used and nowhere else."""
