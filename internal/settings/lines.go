package settings

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines tells on which line of the config file a key stands, counted from 1; keys go by their full name, as
// "profile.work.stripe". A key of a table that there are several of is the first one's.
type lines map[string]int

// at is a key's place, as "config.toml, line 3"; the file alone where the key is not in it.
func (l lines) at(path, key string) string {
	if line, ok := l[key]; ok {
		return fmt.Sprintf("%s, line %d", path, line)
	}
	return path
}

// nth is the key of one of several tables that are called the same, counted from 1.
func nth(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }

// findLines reads a file that is known to be TOML.
func findLines(text []byte) lines {
	found, tables := lines{}, map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	table := ""
	for p.NextExpression() {
		node := p.Expression()
		var parts []string
		line := 0
		for keys := node.Key(); keys.Next(); {
			part := keys.Node()
			parts = append(parts, string(part.Data))
			line = p.Shape(part.Raw).Start.Line
		}
		name := strings.Join(parts, ".")
		if node.Kind == unstable.KeyValue {
			name = table + name
		} else {
			table = name + "."
		}
		if _, known := found[name]; !known && line > 0 {
			found[name] = line
		}
		if node.Kind == unstable.ArrayTable {
			tables[name]++
			found[nth(name, tables[name])] = line
		}
	}
	return found
}
