using System.Collections.Immutable;
using System.Text.RegularExpressions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>
/// The host's own writer, run once for each minute of the market that has ended: a file of SQL through psql, or a command line through the
/// shell. A file gets the variables <c>minute</c> and <c>derive</c> (on, off), a command MINUTE, LEGACY_DXY (yes, no), DATABASE_URL and
/// libpq's variables. Pairs' bars that it doesn't bring are brought by the rehearsal.
/// </summary>
/// <param name="writer">The file, when there is one of that name, else the command.</param>
/// <param name="connection">By the host's login.</param>
/// <param name="data">The copy, by its owner.</param>
/// <param name="ingest">What brings the bars that the writer doesn't.</param>
internal sealed partial class GivenProgram(string writer, string connection, NpgsqlDataSource data, string ingest) : IHostProgram
{
    public string Name => IsFile ? $"psql -f {writer}" : writer;

    bool IsFile => File.Exists(writer);

    public async Task<(long Bars, long Derived)> PlayAsync(ImmutableArray<Bar> bars, bool derive, CancellationToken cancellation)
    {
        var minutes = bars.GroupBy(bar => bar.Time).OrderBy(minute => minute.Key).ToList();
        foreach (var minute in minutes)
        {
            await RunAsync(minute.Key, derive, cancellation);
            await SeenProgram.StoreAsync(data, ingest, [.. minute], cancellation);
        }

        return (bars.Length, derive ? minutes.Count : 0);
    }

    async Task RunAsync(UtcTime minute, bool derive, CancellationToken cancellation)
    {
        var answer = IsFile
            ? await PgPrograms.RunAsync(
                "psql",
                connection,
                [
                    "-X",
                    "-q",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-v",
                    "VERBOSITY=verbose",
                    "-v",
                    $"minute={minute}",
                    "-v",
                    $"derive={(derive ? "on" : "off")}",
                    "-f",
                    writer,
                ],
                cancellation
            )
            : await PgPrograms.ShellAsync(
                writer,
                connection,
                new Dictionary<string, string>
                {
                    ["MINUTE"] = minute.ToString(),
                    ["LEGACY_DXY"] = derive ? "yes" : "no",
                    ["DATABASE_URL"] = DatabaseUrl.ToUrl(connection),
                },
                cancellation
            );

        // Old programs' scripts go on after an error and end well.
        if (answer.Code != 0 || Refusal().IsMatch(answer.Error))
        {
            var refusal = Refusal().Match(answer.Error);
            var state = refusal.Groups["state"].Value;
            throw new HostProgramException(
                refusal.Success ? refusal.Groups["what"].Value.Trim() : $"it ended with {answer.Code}: {answer.Error.Trim()}",
                state.Length > 0 ? state : null
            );
        }
    }

    [GeneratedRegex(@"ERROR:\s+(?:(?<state>[0-9A-Z]{5}): )?(?<what>[^\n]*)")]
    private static partial Regex Refusal();
}
