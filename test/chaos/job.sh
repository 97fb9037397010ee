# What every job of the chaos test runs: it writes down in its run's own file that it began and that it ended, and takes
# the course that its event asks for. The events say { "chaos": "<number> <course>" }, one or several of them.
set -u
rest=$STP_TRIGGER_EVENT_DATA
numbers=
course=none
while :; do
  case $rest in
    *'"chaos":"'*) ;;
    *) break ;;
  esac
  rest=${rest#*'"chaos":"'}
  word=${rest%%'"'*}
  numbers="$numbers${numbers:+,}${word%% *}"
  course=${word#* }
done

# One write to a file that is opened for appending: lines of several processes don't mix, and stand in their true order.
say() {
  echo "$1 $STP_CURRENT_ATTEMPT $$ $(date +%s) $2" >>"$CHAOS_OUTPUT/$STP_RUN_ID"
}

end() {
  say end "$1"
  exit "$1"
}

say begin "$numbers"
case $course in
  ok) sleep 0.2 && end 0 ;;
  broken) sleep 0.1 && end 75 ;;
  flaky-*)
    sleep 0.1
    [ "$STP_CURRENT_ATTEMPT" -gt "${course#flaky-}" ] && end 0
    end 75
    ;;
  endless)
    trap 'end 143' TERM
    while :; do sleep 0.1 && say alive -; done
    ;;
  deaf)
    trap '' TERM
    while :; do sleep 0.1 && say alive -; done
    ;;
  *) end 64 ;;
esac
