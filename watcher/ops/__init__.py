"""What the operator looks at: health, metrics, status, doctor, maintenance."""
