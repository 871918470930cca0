package sim

import "encoding/json"

// corrupt returns a copy of a body in which the values are wrong. A body that is not JSON, such as
// a missing one, counts as one value.
func corrupt(body []byte, how FaultKind) []byte {
	var value any
	_ = json.Unmarshal(body, &value)
	out, _ := json.Marshal(corruptValue("", value, how)) // it was JSON before
	return out
}

func corruptValue(name string, value any, how FaultKind) any {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			v[key] = corruptValue(key, one, how)
		}
		return v
	case []any:
		for i, one := range v {
			v[i] = corruptValue(name, one, how)
		}
		return v
	}
	switch {
	case how == Nulls:
		return nil
	case how == Mistyped:
		return struct{}{}
	case name == "status":
		return "archiving"
	}
	return value
}
