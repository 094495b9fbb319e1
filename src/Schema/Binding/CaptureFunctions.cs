namespace DxyOrleans.Schema.Binding;

/// <summary>
/// The functions of triggers. Those of one table are given its rows; those of both are given now these, now those: where the host's tables
/// differ, their bodies stand there twice, and the trigger's first argument, the table's name, says which runs.
/// </summary>
static class CaptureFunctions
{
    const string Head = "CREATE OR REPLACE FUNCTION dxy.";

    public static bool Applies(string script) =>
        script.Contains("RETURNS trigger", StringComparison.Ordinal) && script.Contains(Head, StringComparison.Ordinal);

    public static string Render(string script, BoundTable data, BoundTable derived, Func<string, BoundTable?, string> statement)
    {
        var parts = script.Split(Head);
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = Function(parts[i], data, derived, statement);
        }

        return string.Join(Head, parts);
    }

    static string Function(string text, BoundTable data, BoundTable derived, Func<string, BoundTable?, string> statement)
    {
        var isTrigger = text.Contains("RETURNS trigger", StringComparison.Ordinal);
        var name = text[..text.IndexOf('(', StringComparison.Ordinal)];
        var begin = text.IndexOf("\nBEGIN\n", StringComparison.Ordinal);
        var end = text.LastIndexOf("\nEND\n$$", StringComparison.Ordinal);
        var (ofNew, ofOld) = (statement(text, data), statement(text, derived));
        if (
            !isTrigger
            || !name.StartsWith("capture", StringComparison.Ordinal)
            || name.EndsWith("_derived", StringComparison.Ordinal)
            || ofNew == ofOld
            || begin < 0
            || end < begin
        )
        {
            return ofOld;
        }

        var body = text[(begin + "\nBEGIN\n".Length)..end];
        return $"{text[..begin]}\nBEGIN\n  IF tg_argv[0] = '{BoundTable.Old}' THEN\n{statement(body, derived)}\n  "
            + $"ELSE\n{statement(body, data)}\n  END IF;{text[end..]}";
    }
}
