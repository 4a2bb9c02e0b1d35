package result

// Complete returns t's checkpoints that ended with an image.
func (t *Trial) Complete() []Checkpoint { return complete(t.Checkpoints) }

// Warm returns t's complete checkpoints without the cold first one, or that one
// if it is the only one: what a mean should be taken of.
func (t *Trial) Warm() []Checkpoint { return warm(complete(t.Checkpoints)) }
