using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DxyOrleans.Client.Work;

/// <summary>A silo that this machine's console started: its process, ports and files in <c>$DXY_HOME/run</c>.</summary>
/// <param name="Number">1, 2, …; the files are named for it.</param>
/// <param name="Pid">Its process.</param>
/// <param name="StartedAt">When that process began, in ticks: a later process that got the same id is another.</param>
internal sealed record SiloRecord(int Number, int Pid, long StartedAt, int SiloPort, int GatewayPort, int HttpPort, string Feed)
{
    /// <summary>What stands for the feed of a silo in shadow mode.</summary>
    public const string Shadow = "shadow";

    public string Name => string.Create(CultureInfo.InvariantCulture, $"silo-{Number}");

    public string Dashboard => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPort}/dashboard");

    public Uri Ready => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPort}/health/ready"));

    public static string RunFolder(string home) => Path.Combine(home, "run");

    public string LogFile(string home) => Path.Combine(home, "log", $"{Name}.log");

    /// <summary>Whether the very process still runs.</summary>
    public bool IsRunning
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(Pid);
                return !process.HasExited && Math.Abs(process.StartTime.ToUniversalTime().Ticks - StartedAt) < TimeSpan.TicksPerSecond;
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }

    public void Save(string home)
    {
        Directory.CreateDirectory(RunFolder(home));
        File.WriteAllText(Path.Combine(RunFolder(home), $"{Name}.pid"), Pid.ToString(CultureInfo.InvariantCulture) + "\n");
        using var file = File.Create(Path.Combine(RunFolder(home), $"{Name}.json"));
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteNumber("number", Number);
        json.WriteNumber("pid", Pid);
        json.WriteNumber("started_at", StartedAt);
        json.WriteNumber("silo_port", SiloPort);
        json.WriteNumber("gateway_port", GatewayPort);
        json.WriteNumber("http_port", HttpPort);
        json.WriteString("feed", Feed);
        json.WriteEndObject();
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
                var root = document.RootElement;
                records.Add(new SiloRecord(root.GetProperty("number").GetInt32(), root.GetProperty("pid").GetInt32(), root.GetProperty("started_at").GetInt64(),
                    root.GetProperty("silo_port").GetInt32(), root.GetProperty("gateway_port").GetInt32(), root.GetProperty("http_port").GetInt32(),
                    root.GetProperty("feed").GetString()!));
            }
            catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // Half written by a call that was killed: such a file names no process that could be trusted.
                File.Delete(path);
            }
        }

        return [.. records.OrderBy(record => record.Number)];
    }
}
