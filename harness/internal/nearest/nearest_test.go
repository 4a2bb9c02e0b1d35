package nearest

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"records", "record_size", "recover", "rate", "wal"}
	check := func(name, want string) {
		t.Helper()
		if got := Of(name, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
	check("recrods", "records")
	check("Record-Size", "record_size")
	check("recordsize", "record_size")
	check("recove", "recover")
	check("wla", "wal")
	check("WAL", "wal")
	check("x", "")
	check("something", "")
	check("", "")
}
