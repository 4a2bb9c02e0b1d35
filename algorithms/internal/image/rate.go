package image

// SetRate limits the images begun from now on to rate bytes a second; 0 is
// without limit. It is not for use while an image is written.
func (d *Dir) SetRate(rate int64) { d.o.Rate = max(rate, 0) }
