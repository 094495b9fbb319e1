using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using DxyOrleans.Client.Cli;

using var ending = new CancellationTokenSource();
var signalled = ExitCode.Interrupted;

// The first signal ends the call in order; a second one at once.
void End(PosixSignalContext context, int code)
{
    if (ending.IsCancellationRequested)
    {
        Environment.Exit(code);
    }

    context.Cancel = true;
    signalled = code;
    ending.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ExitCode.Interrupted));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ExitCode.Terminated));
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, ExitCode.Terminated));

var standard = OutputStream.Standard();
await using var output = new StreamWriter(standard, new UTF8Encoding(false), 1 << 15) { AutoFlush = !Console.IsOutputRedirected };
await using var error = new QuietWriter(Console.Error);
var host = new ConsoleHost
{
    Out = output,
    Error = error,
    In = Console.In,
    IsOutTerminal = !Console.IsOutputRedirected,
    IsErrorTerminal = !Console.IsErrorRedirected,
    IsInTerminal = !Console.IsInputRedirected,
    Environment = Environment
        .GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? ""),
    Folder = Environment.CurrentDirectory,
    Time = TimeProvider.System,
};
try
{
    var code = await App.RunAsync(args, host, ending.Token);
    await output.FlushAsync();
    return code == ExitCode.Interrupted ? signalled : code;
}
catch (OutputLostException lost)
{
    // Who closes a pipe knows; every program in it ends so, and says nothing.
    if (standard.IsClosedPipe)
    {
        return ExitCode.PipeClosed;
    }

    error.WriteLine($"dxy: standard output can't be written: {lost.Message.TrimEnd('.')}; what was printed is not whole.");
    return ExitCode.Unexpected;
}
