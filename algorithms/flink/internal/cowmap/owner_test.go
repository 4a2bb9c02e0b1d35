//go:build sched

package cowmap

import "testing"

// A second goroutine that uses the map is told, before it walks off a chain.
func TestSecondOwner(t *testing.T) {
	inside, out := make(chan bool), make(chan bool)
	m := New(4, 0, deepBox)
	go func() {
		defer close(out)
		m.Transform(0, 1, func(*box, bool) *box {
			inside <- true
			<-inside
			return &box{}
		})
	}()
	<-inside
	func() {
		defer func() {
			if recover() == nil {
				t.Error("nobody noticed a second owner")
			}
		}()
		m.Get(0, 1)
	}()
	inside <- true
	<-out
	if _, ok := m.Get(0, 1); !ok {
		t.Error("the first owner could not go on")
	}
}
