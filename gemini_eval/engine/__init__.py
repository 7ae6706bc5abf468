"""The only asyncio: jobs in, answered cases out. No stage of it knows what an answer means."""
