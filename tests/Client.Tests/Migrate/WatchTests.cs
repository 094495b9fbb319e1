using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class WatchTests(TestServer server)
{
    [Fact]
    public async Task Watching_tells_events_and_progress_and_ends_with_the_run()
    {
        await using var dxy = await Runs.StartAsync(server);
        var watching = dxy.MigrateAsync(0, "watch", "--every", "50ms");
        await dxy.AtAsync(4, "copy/bars", 500, 1000);
        await dxy.EndAsync();
        var told = (await watching).Out;
        Assert.Contains("  started  ", told, StringComparison.Ordinal);
        Assert.Contains("  completed  ", told, StringComparison.Ordinal);
        Assert.EndsWith("nothing is left to do\n", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_the_board_shows_phases_gates_and_what_to_do_whatever_they_are_called()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.AtAsync(4, "copy/bars", 500, 1000);
        await dxy.GateAsync("copy/conflicts", 4, "FAIL", "0 [red]", "3 [/] different");
        await dxy.Database.RunAsync("UPDATE dxy.run SET state = 'failed', error = 'disk [full]', version = version + 1");
        var shown = await dxy.OnTerminalAsync("", "migrate", "watch");
        Assert.True(shown.Code == 10, shown.ToString());
        Assert.Contains("4 copy", shown.Out, StringComparison.Ordinal);
        Assert.Contains("3 [/] different", shown.Out, StringComparison.Ordinal);
        Assert.Contains("disk [full]", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_run_ends_the_watching_with_10_and_each_line_of_JSON_is_a_document()
    {
        await using var dxy = await Runs.StartAsync(server);
        var watching = dxy.MigrateAsync(10, "watch", "--json", "--every", "50ms");
        await dxy.AtAsync(4, "copy/bars", 500, 1000);
        await dxy.Database.RunAsync("UPDATE dxy.run SET state = 'failed', error = 'disk full', version = version + 1");
        var lines = (await watching)
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.All(lines, line => Assert.Equal("dxy.migrate_watch/1", line.GetProperty("schema").GetString()));
        Assert.Equal("failed", lines[^1].GetProperty("state").GetString());
        Assert.Equal(
            0.5,
            (double)lines[^1].GetProperty("progress").GetProperty("done").GetInt64()
                / lines[^1].GetProperty("progress").GetProperty("total").GetInt64()
        );
    }

    [Fact]
    public async Task Conflicts_are_counted_by_class_and_listed_side_by_side()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.Database.RunAsync(
            $$"""
            INSERT INTO dxy.run_conflict (run, ts_utc, class, source, target, resolution)
            SELECT '{{Runs.Name}}', '2024-03-04T08:00:00Z'::timestamptz + i * interval '1 minute', CASE WHEN i < 3 THEN 'different'
              ELSE 'foreign' END, '{"close": 100.1}', '{"close": 100.2}',
                   CASE WHEN i = 0 THEN 'keep_target' END
            FROM generate_series(0, 4) AS i
            """
        );
        var all = (await dxy.MigrateAsync(0, "conflicts", "--json")).Json;
        Assert.Equal(
            [("different", "keep_target", 1), ("different", null, 2), ("foreign", null, 2)],
            all.GetProperty("counts")
                .EnumerateArray()
                .Select(count =>
                    (
                        count.GetProperty("class").GetString(),
                        count.GetProperty("resolution").GetString(),
                        count.GetProperty("count").GetInt32()
                    )
                )
        );
        var listed = (await dxy.MigrateAsync(0, "conflicts", "--class", "different", "--limit", "2", "--json")).Json.GetProperty(
            "conflicts"
        );
        Assert.Equal(2, listed.GetArrayLength());
        Assert.Equal(100.2m, listed[0].GetProperty("target").GetProperty("close").GetDecimal());
        Assert.Contains("2 foreign: open", (await dxy.MigrateAsync(0, "conflicts")).Out, StringComparison.Ordinal);
        await dxy.MigrateAsync(2, "conflicts", "--limit", "0");
        await dxy.MigrateAsync(2, "conflicts", "--class", "odd");
    }

    [Fact]
    public async Task Explaining_a_run_that_waits_shows_the_gate_and_that_no_silo_is_there()
    {
        await using var dxy = await Runs.StartAsync(server);
        await dxy.GateAsync("pre-flight/space", 1, "FAIL", "2 GB", "1 GB", "make room");
        var why = (await dxy.MigrateAsync(0, "explain", "--json")).Json;
        Assert.False(why.GetProperty("goes_on").GetBoolean());
        Assert.Equal(
            ["no-silo", "pre-flight/space"],
            why.GetProperty("hindrances").EnumerateArray().Select(one => one.GetProperty("code").GetString())
        );
        var text = (await dxy.MigrateAsync(0, "explain")).Out;
        Assert.Contains("observed    1 GB", text, StringComparison.Ordinal);
        Assert.Contains("what to do  make room", text, StringComparison.Ordinal);
        Assert.True(text.Split('\n').Length < 40, text);
    }
}
