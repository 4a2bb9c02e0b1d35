package page

import "testing"

// TestColumnDocs: every column of every table is documented, and nothing else is.
func TestColumnDocs(t *testing.T) {
	docs := columnDocs()
	for _, c := range Columns() {
		if c.Doc == "" {
			t.Errorf("column %q has no line in columnDocs", c.Name)
		}
		delete(docs, c.Name)
	}
	for name := range docs {
		t.Errorf("there is no column %q", name)
	}
}
