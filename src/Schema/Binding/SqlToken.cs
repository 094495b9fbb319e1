namespace DxyOrleans.Schema.Binding;

/// <summary>A piece of SQL that means something: a word, a number, a parameter, a quoted text, an operator, a bracket. What may be put
/// before it, after it, or in its place.</summary>
sealed class SqlToken(string text, string gap)
{
    public string Text => text;

    /// <summary>White space and comments before it.</summary>
    public string Gap => gap;

    public string Before { get; set; } = "";

    public string After { get; set; } = "";

    public string? Instead { get; set; }

    public bool IsWord => char.IsLetter(text[0]) || text[0] == '_';

    public bool IsParameter => text.Length > 1 && text[0] == '$' && char.IsDigit(text[1]);

    public bool IsText => text[0] == '\'';

    public bool Is(string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether nothing of it is left, whatever else is made of it.</summary>
    public bool IsDropped { get; set; }

    public override string ToString() => IsDropped ? gap : gap + Before + (Instead ?? text) + After;

    /// <summary>Takes a text apart. What stands between dollar signs (a function's body) is SQL too.</summary>
    public static (List<SqlToken> Tokens, string Tail) Read(string sql)
    {
        var tokens = new List<SqlToken>();
        var from = 0;
        while (true)
        {
            var start = SkipGap(sql, from);
            if (start == sql.Length)
            {
                return (tokens, sql[from..]);
            }

            var end = End(sql, start);
            tokens.Add(new SqlToken(sql[start..end], sql[from..start]));
            from = end;
        }
    }

    static int SkipGap(string sql, int at)
    {
        while (at < sql.Length)
        {
            if (char.IsWhiteSpace(sql[at]))
            {
                at++;
            }
            else if (sql.AsSpan(at).StartsWith("--"))
            {
                at = sql.IndexOf('\n', at) is var line and >= 0 ? line : sql.Length;
            }
            else if (sql.AsSpan(at).StartsWith("/*"))
            {
                at = sql.IndexOf("*/", at, StringComparison.Ordinal) is var close and >= 0 ? close + 2 : sql.Length;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    static int End(string sql, int at)
    {
        var first = sql[at];
        if (first is '\'' or '"')
        {
            // A doubled quote is one within; it comes out as two texts side by side here, which change nothing.
            return sql.IndexOf(first, at + 1) is var close and > 0 ? close + 1 : sql.Length;
        }

        if (char.IsLetterOrDigit(first) || first == '_' || (first == '$' && at + 1 < sql.Length && char.IsDigit(sql[at + 1])))
        {
            var end = at + 1;
            while (end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_' || (char.IsDigit(first) && sql[end] == '.')))
            {
                end++;
            }

            return end;
        }

        foreach (
            var symbol in (ReadOnlySpan<string>)["->>", "#>>", "::", "->", "#>", "<=", ">=", "<>", "!=", ":=", "||", "$$", "@>", "<@", "&&"]
        )
        {
            if (sql.AsSpan(at).StartsWith(symbol))
            {
                return at + symbol.Length;
            }
        }

        return at + 1;
    }
}
