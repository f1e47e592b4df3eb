package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// Count is how many cells there are of each grade: a cell is one kind, said in one place in one protocol and heard in one.
type Count [Absent + 1]int

// Cells counts what the tables say, of one sender and one reader.
func Cells(from, to Table) Count {
	var n Count
	for _, k := range Kinds() {
		for _, p := range k.Places {
			grade, _ := Cross(from, to, k.Name, p)
			n[grade]++
		}
	}
	return n
}

// Document writes the tables for people. It refuses incomplete ones.
func Document(tables []Table) (string, error) {
	for _, t := range tables {
		if err := t.Check(); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	totals(&b, tables)
	section := ""
	for _, k := range Kinds() {
		if k.Section != section {
			section = k.Section
			fmt.Fprintf(&b, "\n### %s\n\n", section)
			line(&b, append([]string{"kind"}, titles(tables, "%s readers see")...))
			line(&b, slices.Repeat([]string{"---"}, len(tables)+1))
		}
		cells := []string{strings.ToUpper(k.Name[:1]) + k.Name[1:]}
		for _, t := range tables {
			cells = append(cells, t.sees(k))
		}
		line(&b, cells)
	}
	for _, t := range tables {
		fmt.Fprintf(&b, "\n### The words of %s\n\n", t.Name)
		line(&b, []string{"word", "kind", "from " + t.Name, "to " + t.Name, "reference", "remark"})
		line(&b, slices.Repeat([]string{"---"}, 6))
		for _, r := range t.Rows {
			if r.Native != "" {
				line(&b, []string{r.Native, r.title(), r.In.direction(), r.Out.direction(), r.Ref, r.Note})
			}
		}
	}
	return b.String(), nil
}

// totals counts the cells of every pair.
func totals(b *strings.Builder, tables []Table) {
	line(b, []string{"said in", "heard in", Exact.String(), Degraded.String(), Refused.String(), Dropped.String()})
	line(b, slices.Repeat([]string{"---"}, 6))
	var all Count
	for _, from := range tables {
		for _, to := range tables {
			n := Cells(from, to)
			for grade := range n {
				all[grade] += n[grade]
			}
			line(b, append([]string{from.Name, to.Name}, n.cells()...))
		}
	}
	line(b, append([]string{"all", fmt.Sprintf("%d %% exact", all[Exact]*100/(all[Exact]+all[Degraded]+all[Refused]+all[Dropped]))}, all.cells()...))
}

func (n Count) cells() []string {
	var out []string
	for grade := range Absent {
		out = append(out, fmt.Sprint(n[grade]))
	}
	return out
}

func titles(tables []Table, format string) []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = fmt.Sprintf(format, t.Name)
	}
	return out
}

func line(b *strings.Builder, cells []string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", "\\|")
	}
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// sees says what readers see of a kind: in one word where it is the same everywhere.
func (t Table) sees(k Kind) string {
	var said []string
	for _, p := range k.Places {
		r, _ := t.Row(k.Name, p)
		said = append(said, r.sees())
	}
	if len(slices.Compact(slices.Clone(said))) == 1 {
		return said[0]
	}
	for i, p := range k.Places {
		said[i] = p.String() + ": " + said[i]
	}
	return strings.Join(said, "<br>")
}

func (r Row) sees() string {
	var parts []string
	switch {
	case r.Out == Exact && r.Note == "":
		parts = append(parts, "exact")
	default:
		parts = append(parts, r.Out.String()+": "+r.Note)
	}
	switch r.In {
	case Absent:
		parts = append(parts, "*cannot say it*")
	case Exact:
	default:
		parts = append(parts, "*said here: "+r.In.String()+"*")
	}
	return strings.Join(parts, "; ")
}

func (r Row) title() string {
	title := r.Kind
	var places []string
	for _, p := range r.Places {
		places = append(places, p.String())
	}
	if places != nil {
		title += " (" + strings.Join(places, ", ") + ")"
	}
	return title
}

func (f Fidelity) direction() string {
	if f == Absent {
		return "–"
	}
	return f.String()
}
