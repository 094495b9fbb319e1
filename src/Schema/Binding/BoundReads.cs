namespace DxyOrleans.Schema.Binding;

/// <summary>A table that is read becomes a subselect of our columns, and so do the rows that a trigger is given.</summary>
static class BoundReads
{
    /// <summary>The name under which a column that indexes find rows by is given as the host has it.</summary>
    public static string KeyName(string column) => $"{column}_key";

    /// <param name="tokens">The statement.</param>
    /// <param name="places">Its tables.</param>
    /// <param name="transitions">Whose rows a trigger's function is given; null for any other statement.</param>
    public static void Rewrite(List<SqlToken> tokens, TablePlaces places, BoundTable? transitions)
    {
        foreach (var read in places.Reads)
        {
            tokens[read.At].Instead =
                Subselect(read.Table, $"public.{read.Table.Name}", isStored: true) + (read.HasAlias ? "" : $" AS {read.Alias}");
            tokens[read.At + 1].Instead = tokens[read.At + 2].Instead = "";
        }

        if (transitions is null or { IsOurs: true })
        {
            return;
        }

        for (var at = 1; at < tokens.Count; at++)
        {
            var token = tokens[at];
            if (
                token.Text is "new_rows" or "old_rows"
                && (tokens[at - 1].Is("FROM") || tokens[at - 1].Is("JOIN") || tokens[at - 1].Text == ",")
            )
            {
                token.Instead =
                    Subselect(transitions, token.Text, isStored: false)
                    + (at + 1 < tokens.Count && tokens[at + 1].Is("AS") ? "" : $" AS {token.Text}");
            }
            else if (
                (token.Is("new") || token.Is("old"))
                && at + 2 < tokens.Count
                && tokens[at + 1].Text == "."
                && transitions.Column(tokens[at + 2].Text) is { } column
                && tokens[at - 1].Text != "."
            )
            {
                token.Instead = column.Read($"{token.Text}.{column.Name}");
                tokens[at + 1].Instead = tokens[at + 2].Instead = "";
            }
        }
    }

    /// <summary>A relation with a table's columns, such as its backup, as our columns; the relation itself where they are ours.</summary>
    public static string Of(BoundTable table, string relation) => table.IsOurs ? relation : Subselect(table, relation, isStored: false);

    static string Subselect(BoundTable table, string from, bool isStored)
    {
        var columns = table.Columns.Select(column => $"{column.Read(column.Name)} AS {column.Name}");
        if (isStored)
        {
            columns =
            [
                .. columns,
                .. table
                    .Columns.Where(column => column.HasKeyForm && BoundKeys.IsKey(column.Name))
                    .Select(column => $"{column.Name} AS {KeyName(column.Name)}"),
                "ctid AS ctid",
                "tableoid AS tableoid",
            ];
        }

        return $"(SELECT {string.Join(", ", columns)} FROM {from})";
    }
}
