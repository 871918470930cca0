package settings

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// keyLines tells on which line of the config file a key stands, counted from 1; keys go by their full name, as
// "profile.work.stripe". A key of a table that there are several of is the first one's.
type keyLines map[string]int

// position is a key's place, as "config.toml, line 3"; the file alone where the key is not in it.
func (l keyLines) position(path, key string) string {
	if line, ok := l[key]; ok {
		return fmt.Sprintf("%s, line %d", path, line)
	}
	return path
}

// indexedKey is the key of one of several tables that are called the same, counted from 1.
func indexedKey(name string, i int) string { return fmt.Sprintf("%s[%d]", name, i) }

// findKeyLines reads a file that is known to be TOML.
func findKeyLines(text []byte) keyLines {
	found, tables := keyLines{}, map[string]int{}
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
			found[indexedKey(name, tables[name])] = line
		}
	}
	return found
}
