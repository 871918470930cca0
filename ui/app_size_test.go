package ui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// App routes and composes. What has state of its own or a task of its own is a part.
const (
	maxAppMethods = 40
	maxAppFields  = 15
)

func TestAppStaysSmall(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	var methods []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if receiverType(n) == "App" {
					methods = append(methods, n.Name.Name)
				}
				return false
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok && n.Name.Name == "App" {
					for _, f := range s.Fields.List {
						fields += max(len(f.Names), 1) // an embedded one has no name
					}
				}
			}
			return true
		})
	}
	if len(methods) == 0 || len(methods) > maxAppMethods {
		t.Errorf("App has %d methods, and at most %d are allowed: %s", len(methods), maxAppMethods,
			strings.Join(methods, ", "))
	}
	if fields == 0 || fields > maxAppFields {
		t.Errorf("App has %d fields, and at most %d are allowed", fields, maxAppFields)
	}
}

// receiverType returns the name of a method's type, or "".
func receiverType(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	at := f.Recv.List[0].Type
	if star, ok := at.(*ast.StarExpr); ok {
		at = star.X
	}
	if name, ok := at.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}
