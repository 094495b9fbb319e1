using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Testing;

/// <content>The logs of migrations.</content>
public sealed partial class TableChecker
{
    partial void AddLogs(List<(string Kind, Func<CancellationToken, Task<List<string>>> FindAsync)> more) =>
        more.Add(("broken log", BrokenLogsAsync));

    private async Task<List<string>> BrokenLogsAsync(CancellationToken cancellation)
    {
        var broken = new List<string>();
        foreach (var run in await TextsAsync("SELECT r.name FROM dxy.run AS r ORDER BY 1", cancellation))
        {
            if (await AuditResult.ReadAsync(database, run, head: null, cancellation) is { Fault: { } fault })
                broken.Add($"{run}: {fault}");
        }

        return broken;
    }
}
