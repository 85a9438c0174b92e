// What the page is operated with: buttons, choices and fields. Every step of the page uses them.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface ButtonProps {
  onClick: () => void;
  kind?: 'primary' | 'plain' | 'quiet';
  disabled?: boolean;
  children: ComponentChildren;
  id?: string;
}

export const Button = ({ onClick, kind = 'plain', disabled, children, id }: ButtonProps) => (
  <button type="button" class={`button ${kind}`} onClick={onClick} disabled={disabled} id={id}>
    {children}
  </button>
);

interface FileButtonProps {
  label: string;
  onFiles: (files: File[]) => void;
  accept?: string;
  multiple?: boolean;
  folder?: boolean;
  kind?: 'primary' | 'plain';
  id?: string;
}

/** A file input that looks like a button; the input itself stays reachable by keyboard. */
export function FileButton({
  label,
  onFiles,
  accept,
  multiple,
  folder,
  kind = 'plain',
  id,
}: FileButtonProps) {
  return (
    <label class={`button file ${kind}`}>
      <input
        type="file"
        id={id}
        accept={accept}
        multiple={multiple || folder}
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
      {label}
    </label>
  );
}

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; name: string }[];
  onChange: (value: Value) => void;
  compact?: boolean;
}

export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
  compact,
}: SegmentedProps<Value>) {
  const group = useId();
  return (
    <fieldset class={`segmented of-${options.length} ${compact ? 'compact' : ''}`}>
      <legend class="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={group}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.name}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface FieldProps {
  name: string;
  hint?: string | undefined;
  children: (id: string, hintId: string | undefined) => ComponentChildren;
}

/** A control with its name above and a sentence below. */
export function Field({ name, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {children(id, hintId)}
      {hint && (
        <small id={hintId} class="muted">
          {hint}
        </small>
      )}
    </div>
  );
}

interface SelectProps<Value extends string> {
  name: string;
  hint?: string | undefined;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
  disabled?: boolean;
}

export function Select<Value extends string>({
  name,
  hint,
  value,
  options,
  onChange,
  disabled,
}: SelectProps<Value>) {
  return (
    <Field name={name} hint={hint}>
      {(id, hintId) => (
        <select
          id={id}
          aria-describedby={hintId}
          value={value}
          disabled={disabled}
          onChange={({ currentTarget }) => onChange(currentTarget.value as Value)}
        >
          {options.map(([key, text]) => (
            <option key={key} value={key} selected={key === value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface NumberProps {
  name: string;
  hint?: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  onChange: (value: number) => void;
  disabled?: boolean;
}

export function NumberField({
  name,
  hint,
  value,
  min,
  max,
  step = 1,
  onChange,
  disabled,
}: NumberProps) {
  return (
    <Field name={name} hint={hint}>
      {(id, hintId) => (
        <input
          id={id}
          type="number"
          inputMode="decimal"
          aria-describedby={hintId}
          {...{ value, min, max, step, disabled }}
          onChange={({ currentTarget }) => {
            const given = currentTarget.valueAsNumber;
            const next = Number.isFinite(given) ? Math.min(max, Math.max(min, given)) : value;
            currentTarget.value = String(next);
            onChange(next);
          }}
        />
      )}
    </Field>
  );
}
