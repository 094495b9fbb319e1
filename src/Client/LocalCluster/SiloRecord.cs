using System.Globalization;
using System.Text.Json;
using DxyOrleans.EmbeddedPostgres;

namespace DxyOrleans.Client.LocalCluster;

/// <summary>A silo that this machine's console started: its process, ports and files in <c>$DXY_HOME/run</c>.</summary>
/// <param name="Number">1, 2, …; the files are named for it.</param>
/// <param name="Process">Its process.</param>
/// <param name="HttpAddress">Where health and dashboard are asked for.</param>
/// <param name="Feed">What it was started with.</param>
/// <param name="Database">The database it was started on, without a password; null where an earlier build wrote the record.</param>
internal sealed record SiloRecord(
    int Number,
    ProcessIdentity Process,
    int SiloPort,
    int GatewayPort,
    string HttpAddress,
    int HttpPort,
    string Feed,
    string? Database
)
{
    /// <summary>What stands for the feed of a silo in shadow mode.</summary>
    public const string Shadow = "shadow";

    public string Name => string.Create(CultureInfo.InvariantCulture, $"silo-{Number}");

    public int Pid => Process.Pid;

    public string Dashboard => Address("dashboard");

    public Uri Ready => new(Address("health/ready"));

    public static string RunFolder(string home) => Path.Combine(home, "run");

    public string LogFile(string home) => Path.Combine(home, "log", $"{Name}.log");

    /// <summary>Whether the very process is still there, at work or not.</summary>
    public bool IsThere => Process.Condition != ProcessCondition.Gone;

    public void Save(string home)
    {
        Directory.CreateDirectory(RunFolder(home));
        File.WriteAllText(Path.Combine(RunFolder(home), $"{Name}.pid"), Pid.ToString(CultureInfo.InvariantCulture) + "\n");

        // Aside and then under its name: who reads it meanwhile finds all of it or nothing.
        var (next, path) = (Path.Combine(RunFolder(home), $"{Name}.new"), Path.Combine(RunFolder(home), $"{Name}.json"));
        using (var file = File.Create(next))
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteNumber("number", Number);
            json.WriteNumber("pid", Pid);
            json.WriteNumber("start_ticks", Process.Start);
            json.WriteString("boot_id", Process.Boot);
            json.WriteNumber("silo_port", SiloPort);
            json.WriteNumber("gateway_port", GatewayPort);
            json.WriteString("http_address", HttpAddress);
            json.WriteNumber("http_port", HttpPort);
            json.WriteString("feed", Feed);
            json.WriteString("database", Database);
            json.WriteEndObject();
        }

        File.Move(next, path, overwrite: true);
    }

    public void Delete(string home)
    {
        File.Delete(Path.Combine(RunFolder(home), $"{Name}.pid"));
        File.Delete(Path.Combine(RunFolder(home), $"{Name}.json"));
    }

    /// <summary>Every silo on record, running or not.</summary>
    public static IReadOnlyList<SiloRecord> All(string home)
    {
        var records = new List<SiloRecord>();
        if (!Directory.Exists(RunFolder(home)))
        {
            return records;
        }

        foreach (var path in Directory.EnumerateFiles(RunFolder(home), "silo-*.json"))
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(path));
                records.Add(Read(document.RootElement));
            }
            catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // Such a file names no process that could be trusted.
                File.Delete(path);
            }
            catch (FileNotFoundException)
            {
                // Another call has just cleared it away.
            }
        }

        return [.. records.OrderBy(record => record.Number)];
    }

    static SiloRecord Read(JsonElement root)
    {
        var pid = root.GetProperty("pid").GetInt32();
        var process = root.TryGetProperty("start_ticks", out var start)
            ? new ProcessIdentity(pid, start.GetInt64(), root.GetProperty("boot_id").GetString()!)
            : Earlier(pid, root.GetProperty("started_at").GetInt64());
        return new SiloRecord(
            root.GetProperty("number").GetInt32(),
            process,
            root.GetProperty("silo_port").GetInt32(),
            root.GetProperty("gateway_port").GetInt32(),
            root.TryGetProperty("http_address", out var address) ? address.GetString()! : "127.0.0.1",
            root.GetProperty("http_port").GetInt32(),
            root.GetProperty("feed").GetString()!,
            root.TryGetProperty("database", out var database) ? database.GetString() : null
        );
    }

    // An earlier build wrote when the process began by the clock, in ticks: its silos are to be found by this one.
    static ProcessIdentity Earlier(int pid, long startedAt)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            if (
                Math.Abs(process.StartTime.ToUniversalTime().Ticks - startedAt) < TimeSpan.TicksPerSecond
                && ProcessIdentity.Of(pid) is { } same
            )
            {
                return same;
            }
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // As told below.
        }

        return new ProcessIdentity(pid, -1, "");
    }

    string Address(string path) => new UriBuilder(Uri.UriSchemeHttp, HttpAddress, HttpPort, path).Uri.ToString();
}
