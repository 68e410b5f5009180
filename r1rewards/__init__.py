"""The rule-based rewards of DeepSeek-R1, for any RL trainer."""
