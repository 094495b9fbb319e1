using System.Globalization;

namespace DxyOrleans.Client.Cli;

/// <summary>One line on standard error that says how far long work is, how fast, and how long it will take. Silent where that is no
/// terminal.</summary>
internal sealed class Progress(ConsoleHost host, string what, string unit) : IDisposable
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    readonly long _started = host.Time.GetTimestamp();
    readonly Lock _turn = new();
    long _shown;
    int _width;

    public TimeSpan Elapsed => host.Time.GetElapsedTime(_started);

    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all, as far as known; null or 0: unknown.</param>
    /// <param name="detail">What is at hand now.</param>
    public void Report(double done, double? total, string detail = "")
    {
        if (!host.IsErrorTerminal)
        {
            return;
        }

        lock (_turn)
        {
            if (_shown != 0 && host.Time.GetElapsedTime(_shown) < Every)
            {
                return;
            }

            _shown = host.Time.GetTimestamp();
            var seconds = Elapsed.TotalSeconds;
            var rate = seconds > 0.2 ? done / seconds : 0;
            var share = total is > 0 ? Math.Clamp(done / total.Value, 0, 1) : (double?)null;
            var left =
                share is > 0.01 and < 1 && seconds > 0.5
                    ? Durations.Show(TimeSpan.FromSeconds(seconds * (1 - share.Value) / share.Value)) + " left"
                    : "";
            var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} {(share is { } part ? $"{part:P0} " : "")}{done:N0} {unit}{(rate > 0 ? $", {rate:N0}/s" : "")} {left} {detail}"
                )
                .TrimEnd();
            line = line.Length > 118 ? line[..118] : line;
            host.Error.Write('\r' + line.PadRight(_width));
            _width = line.Length;
        }
    }

    public void Dispose()
    {
        if (_width > 0)
        {
            host.Error.Write('\r' + new string(' ', _width) + '\r');
        }
    }
}
