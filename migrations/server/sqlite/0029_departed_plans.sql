-- Families that left are few, and are found at once: what is open of their plans is expected of nobody (§46).
create index plan_departed on plan (family) where state = 'departed';
