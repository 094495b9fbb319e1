namespace DxyOrleans.Schema.Binding;

/// <summary>Comparisons of the columns by which rows are found are made in the host's types: its indexes serve no other.</summary>
static class BoundKeys
{
    static readonly string[] Comparisons = ["=", "<", ">", "<=", ">=", "<>"];

    static readonly string[] Ends =
    [
        "AND",
        "OR",
        "GROUP",
        "ORDER",
        "LIMIT",
        "UNION",
        "RETURNING",
        "FETCH",
        "THEN",
        "ELSE",
        "END",
        "WHEN",
        "FOR",
        "HAVING",
        "WHERE",
        "ON",
        "LEFT",
        "JOIN",
        "AS",
        "LOOP",
        "FROM",
        "IS",
        "DESC",
        "ASC",
    ];

    public static bool IsKey(string column) => column is "canonical_symbol" or "timeframe" or "ts_utc";

    public static void Rewrite(List<SqlToken> tokens, TablePlaces places)
    {
        // From the end: what is compared may have comparisons in it, and is taken over as they left it.
        for (var at = tokens.Count - 4; at > 0; at--)
        {
            if (
                tokens[at + 1].Text != "."
                || tokens[at - 1].Text == "."
                || !IsKey(tokens[at + 2].Text)
                || places.Of(tokens[at].Text, at) is not var (table, isTarget)
                || table.Column(tokens[at + 2].Text) is not { HasKeyForm: true } column
            )
            {
                continue;
            }

            var name = $"{tokens[at].Text}.{(isTarget ? column.Name : BoundReads.KeyName(column.Name))}";
            if (Comparisons.Contains(tokens[at + 3].Text))
            {
                Compare(tokens, at, name, column);
            }
            else if (column.Host!.Base == "timestamp")
            {
                Order(tokens, at, name);
            }
        }
    }

    static void Compare(List<SqlToken> tokens, int at, string name, BoundColumn column)
    {
        var from = at + 4;
        if (tokens[from].Is("ANY") && tokens[at + 3].Text == "=" && column.Host!.Base == "timestamp")
        {
            var close = TablePlaces.EndOf(tokens, from + 2);
            tokens[from + 1].After = "ARRAY(SELECT u AT TIME ZONE 'UTC' FROM unnest(";
            tokens[close - 1].After += ") AS u)";
            Name(tokens, at, name);
            return;
        }

        if (tokens[from].Is("ANY") || tokens[from].Is("ALL") || (column.Host!.Base != "timestamp" && tokens[at + 3].Text != "="))
        {
            return;
        }

        var end = End(tokens, from);
        if (end == from + 1 && tokens[from].IsText)
        {
            tokens[from].Instead = column.Key(tokens[from].Text);
        }
        else
        {
            // The other side may be longer than what is put around it can name twice: it is given a name of its own where the form asks for
            // it.
            var other = string.Concat(tokens[from..end]).Trim();
            tokens[from].Instead = column.Key(other);
            tokens[from].Before = tokens[from].After = "";
            for (var part = from + 1; part < end; part++)
            {
                tokens[part].Instead = tokens[part].Before = tokens[part].After = "";
            }
        }

        Name(tokens, at, name);
    }

    // The first and the last, and an order of one column, come from the index.
    static void Order(List<SqlToken> tokens, int at, string name)
    {
        if (
            at > 2
            && tokens[at - 1].Text == "("
            && (tokens[at - 2].Is("min") || tokens[at - 2].Is("max"))
            && tokens[at + 3].Text == ")"
            && !(at + 4 < tokens.Count && (tokens[at + 4].Is("FILTER") || tokens[at + 4].Is("OVER")))
        )
        {
            tokens[at - 2].Before += "(";
            tokens[at + 3].After = " AT TIME ZONE 'UTC')" + tokens[at + 3].After;
            Name(tokens, at, name);
        }
        else if (
            at > 2
            && tokens[at - 1].Is("BY")
            && tokens[at - 2].Is("ORDER")
            && !IsDistinct(tokens, at)
            && (tokens[at + 3].Text == ")" || tokens[at + 3].Is("DESC") || tokens[at + 3].Is("LIMIT"))
        )
        {
            Name(tokens, at, name);
        }
    }

    static bool IsDistinct(List<SqlToken> tokens, int at)
    {
        for (var depth = 0; at > 0; at--)
        {
            depth += tokens[at].Text switch
            {
                ")" => 1,
                "(" => -1,
                _ => 0,
            };
            if (depth < 0 || (depth == 0 && tokens[at].Is("SELECT")))
            {
                return depth >= 0 && tokens[at + 1].Is("DISTINCT");
            }
        }

        return false;
    }

    static void Name(List<SqlToken> tokens, int at, string name)
    {
        tokens[at].Instead = name;
        tokens[at + 1].Instead = tokens[at + 2].Instead = "";
    }

    static int End(List<SqlToken> tokens, int from)
    {
        var at = from;
        for (var depth = 0; at < tokens.Count; at++)
        {
            depth += tokens[at].Text switch
            {
                "(" or "[" => 1,
                ")" or "]" => -1,
                _ => 0,
            };
            if (
                depth < 0
                || (
                    depth == 0
                    && (
                        tokens[at].Text is "," or ";" or "$$"
                        || (at > from && Comparisons.Contains(tokens[at].Text))
                        || Ends.Contains(tokens[at].Text.ToUpperInvariant())
                    )
                )
            )
            {
                break;
            }
        }

        return at;
    }
}
