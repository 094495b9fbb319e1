using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using DxyOrleans.Client.Console;

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

await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 15) { AutoFlush = !Console.IsOutputRedirected };
var host = new ConsoleHost
{
    Out = output,
    Error = Console.Error,
    In = Console.In,
    IsOutTerminal = !Console.IsOutputRedirected,
    IsErrorTerminal = !Console.IsErrorRedirected,
    IsInTerminal = !Console.IsInputRedirected,
    Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? ""),
    Folder = Environment.CurrentDirectory,
    Time = TimeProvider.System,
};
var code = await App.RunAsync(args, host, ending.Token);
return code == ExitCode.Interrupted ? signalled : code;
