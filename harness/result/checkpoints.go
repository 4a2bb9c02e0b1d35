package result

// Complete returns t's checkpoints that ended with an image.
func (t *Trial) Complete() []Checkpoint { return complete(t.Checkpoints) }

// Warm returns t's complete checkpoints without the cold first one, or that one
// if it is the only one: what a mean should be taken of.
func (t *Trial) Warm() []Checkpoint { return warm(complete(t.Checkpoints)) }

// complete leaves out checkpoints that came to nothing.
func complete(cs []Checkpoint) []Checkpoint {
	var out []Checkpoint
	for _, c := range cs {
		if c.Error == "" {
			out = append(out, c)
		}
	}
	return out
}

// warm leaves out the cold first checkpoint, if another is left.
func warm(cs []Checkpoint) []Checkpoint {
	var out []Checkpoint
	for _, c := range cs {
		if !c.Cold {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return cs
	}
	return out
}
