package pages

import (
	"runtime"
	"testing"
)

// A writer waits for the readers that are there, and keeps out those that come;
// then it is alone.
func TestLatch(t *testing.T) {
	var l Latch
	l.RLock()
	l.RLock()
	in, done := make(chan bool), make(chan bool)
	go func() {
		l.Lock()
		in <- true
		<-in
		l.Unlock()
		close(done)
	}()
	for l.w.Load()&(wanted|writing) == 0 { // until the writer has come
		runtime.Gosched()
	}
	for range 2 {
		if w := l.w.Load(); w&writing != 0 {
			t.Fatalf("a writer is in beside a reader: %x", w)
		}
		l.RUnlock()
	}
	<-in
	read := make(chan bool)
	go func() {
		l.RLock()
		close(read)
	}()
	if w := l.w.Load(); w&^wanted != writing {
		t.Errorf("beside the writer is somebody: %x", w)
	}
	in <- true
	<-done
	<-read
	l.RUnlock()
	if w := l.w.Load(); w != 0 {
		t.Errorf("nobody is left, and the latch is %x", w)
	}
}
